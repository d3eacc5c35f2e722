/**
 * What the management key signs at registration: the vault's nonce, then the certificate request. So the signature is
 * good for this challenge and this client key only. Null when the request is not PEM.
 */
export function registrationTranscript(nonceBase64: string, certificateRequestPem: string): Buffer | null {
  const body = /-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE REQUEST-----/.exec(
    certificateRequestPem,
  )?.[1];
  if (body === undefined) return null;
  return Buffer.concat([Buffer.from(nonceBase64, "base64"), Buffer.from(body, "base64")]);
}
