/**
 * The only place that imports the certificate library: it needs its polyfill to be there first, and the order of imports
 * is certain only inside one file.
 */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

export { x509 };
