/**
 * The regions that a vault may be put in. Azure is simulated here: the names are Azure's, everything behind them is this
 * machine. (The list of the classic portal's time is not preserved; these are regions of that time.)
 */
export interface RegionFact {
  readonly name: string;
  readonly displayName: string;
}

export const REGIONS: readonly RegionFact[] = [
  { name: "westeurope", displayName: "West Europe" },
  { name: "northeurope", displayName: "North Europe" },
  { name: "eastus", displayName: "East US" },
  { name: "eastus2", displayName: "East US 2" },
  { name: "centralus", displayName: "Central US" },
  { name: "northcentralus", displayName: "North Central US" },
  { name: "southcentralus", displayName: "South Central US" },
  { name: "westus", displayName: "West US" },
  { name: "japaneast", displayName: "Japan East" },
  { name: "japanwest", displayName: "Japan West" },
  { name: "eastasia", displayName: "East Asia" },
  { name: "southeastasia", displayName: "Southeast Asia" },
  { name: "australiaeast", displayName: "Australia East" },
  { name: "australiasoutheast", displayName: "Australia Southeast" },
  { name: "brazilsouth", displayName: "Brazil South" },
];

/** ARM takes "West Europe" and "westeurope" for the same place. Null when there is no such region. */
export function findRegion(location: string): RegionFact | null {
  const key = location.replaceAll(" ", "").toLowerCase();
  return REGIONS.find((region) => region.name === key) ?? null;
}
