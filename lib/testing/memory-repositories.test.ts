import { describeAutomationRepositories } from "./automation-repositories-contract";
import { describeJobStore } from "./job-store-contract";
import { MemoryJobStore } from "./memory-job-store";
import { createMemoryRepositories } from "./memory-repositories";
import { describeRepositories } from "./repositories-contract";

const close = async () => {};

describeRepositories("in memory", async () => ({ repositories: createMemoryRepositories(), close }));
describeAutomationRepositories("in memory", async () => ({ repositories: createMemoryRepositories(), close }));
describeJobStore("in memory", async () => ({ store: new MemoryJobStore(), close }));
