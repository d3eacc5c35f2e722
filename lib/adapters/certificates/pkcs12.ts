import forge from "node-forge";

/**
 * A PKCS#12 with an empty password: the key, its certificate, and the certificates that the receiver is to trust. The
 * empty password is the credentials file's own convention; whoever has the file has the key.
 */
export function packPkcs12(input: {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
  readonly trustedPem: readonly string[];
}): Uint8Array {
  const key = forge.pki.privateKeyFromPem(input.privateKeyPem);
  const certificates = [input.certificatePem, ...input.trustedPem].map((pem) => forge.pki.certificateFromPem(pem));
  const asn1 = forge.pkcs12.toPkcs12Asn1(key, certificates, "", { algorithm: "3des", generateLocalKeyId: true });
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), "binary");
}
