import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { PortFailure } from '../ports/failure.ts';
import { neutralise } from '../prose/neutralise.ts';

/** The authorities that Node trusts (NODE_EXTRA_CA_CERTS among them), and those in the file. */
export function trustedWith(caFile: string | undefined): string[] | undefined {
  if (caFile === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(caFile, 'utf8');
  } catch (error) {
    throw unusable(`cannot be read (${(error as NodeJS.ErrnoException).code})`, caFile, error);
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw unusable('has no certificate in it', caFile);
  return [...getCACertificates('default'), text];
}

function unusable(why: string, caFile: string, cause?: unknown): PortFailure {
  return new PortFailure(`The file of certificate authorities, ${neutralise(caFile)}, ${why}.`, {
    reason: 'not-configured',
    next: 'Correct ca-file in rollbook.yaml; it holds one or more certificates in PEM form.',
    cause,
  });
}
