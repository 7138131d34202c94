import { type FailureReason, PortFailure } from '../ports/failure.ts';

interface Explanation {
  readonly reason: FailureReason;
  readonly says: (host: string) => string;
  readonly next: string;
}

const CHECK_NETWORK = 'Check the network (VPN, proxy), then try again.';
const UNKNOWN_CA: Explanation = {
  reason: 'tls',
  says: (host) => `The certificate of ${host} is signed by an authority that is not trusted here.`,
  next: 'Give the certificate authority to trust (kubeconfig: certificate-authority; GitLab: ca-file in rollbook.yaml; otherwise NODE_EXTRA_CA_CERTS).',
};
const NOT_TLS: Explanation = {
  reason: 'tls',
  says: (host) => `No TLS connection could be made with ${host}: what listens there does not speak it.`,
  next: 'Check the port, and whether the address should begin with http:// instead of https://.',
};
const LOST: Explanation = {
  reason: 'disconnected',
  says: (host) => `The connection to ${host} was lost before the answer was complete.`,
  next: CHECK_NETWORK,
};
const NO_ROUTE: Explanation = {
  reason: 'disconnected',
  says: (host) => `There is no way through to ${host}.`,
  next: CHECK_NETWORK,
};
const NO_NAME: Explanation = {
  reason: 'dns',
  says: (host) => `The name of ${host} is not known to the name server.`,
  next: 'Check the address, and whether the VPN that knows this name is up.',
};

const BY_CODE: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: NO_NAME,
  EAI_AGAIN: {
    reason: 'dns',
    says: (host) => `The name server did not answer for ${host}.`,
    next: CHECK_NETWORK,
  },
  ECONNREFUSED: {
    reason: 'refused',
    says: (host) => `Nothing accepts connections at ${host}.`,
    next: 'Check the address and the port, and whether the server runs.',
  },
  ECONNRESET: LOST,
  EPIPE: LOST,
  ECONNABORTED: LOST,
  UND_ERR_SOCKET: LOST,
  HPE_INVALID_CONSTANT: {
    reason: 'unexpected',
    says: (host) => `What ${host} answered is not HTTP.`,
    next: 'Check the port, and whether the address should begin with https:// instead of http://.',
  },
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ETIMEDOUT: {
    reason: 'timeout',
    says: (host) => `${host} did not accept the connection in time.`,
    next: CHECK_NETWORK,
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CA,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  CERT_HAS_EXPIRED: {
    reason: 'tls',
    says: (host) => `The certificate of ${host} has expired.`,
    next: 'It must be renewed on the server; check the date of this machine, too.',
  },
  CERT_NOT_YET_VALID: {
    reason: 'tls',
    says: (host) => `The certificate of ${host} is not valid yet.`,
    next: 'Check the date of this machine.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'tls',
    says: (host) => `The certificate that ${host} shows was issued for another name.`,
    next: 'Check the address; behind a tunnel, set tls-server-name in the kubeconfig.',
  },
  EPROTO: NOT_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
};

/** A client certificate that the server refuses shows as a TLS alert. */
const CERTIFICATE_ALERT = /^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;

/** Why no answer came, as a sentence. `host`: what was asked, for the operator; never with credentials in it. */
export function networkFailure(error: unknown, host: string): PortFailure {
  if (error instanceof PortFailure) return error;
  const code = codeOf(error);
  const known = code === undefined ? undefined : BY_CODE[code];
  if (known !== undefined) return new PortFailure(known.says(host), { ...detail(known), cause: error });
  if (code?.startsWith('HPE_')) return networkFailure({ code: 'HPE_INVALID_CONSTANT' }, host);
  if (code !== undefined && CERTIFICATE_ALERT.test(code)) {
    return new PortFailure(`${host} does not accept the client certificate.`, {
      reason: 'tls',
      next: 'Renew the client certificate, or log in again.',
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new PortFailure(`The request to ${host} failed: ${message}.`, {
    reason: 'unexpected',
    cause: error,
  });
}

export function timeoutFailure(host: string, timeoutMs: number, connected: boolean): PortFailure {
  const limit = `${Number((timeoutMs / 1000).toFixed(1))} s`;
  const says = connected
    ? `${host} accepted the connection but did not answer within ${limit}.`
    : `No connection to ${host} could be made within ${limit}.`;
  return new PortFailure(says, { reason: 'timeout', next: CHECK_NETWORK });
}

export function cancelledFailure(what: string, cause: unknown): PortFailure {
  return new PortFailure(`${what} was cancelled.`, { reason: 'cancelled', cause });
}

function detail({ reason, next }: Explanation): { reason: FailureReason; next: string } {
  return { reason, next };
}

/** Looks through fetch's `cause` and the list that a connection attempt over several addresses leaves. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string' && code in BY_CODE) return code;
  const deeper = [cause, ...(Array.isArray(errors) ? errors : [])]
    .map(codeOf)
    .find((each) => each !== undefined);
  return deeper ?? (typeof code === 'string' ? code : undefined);
}
