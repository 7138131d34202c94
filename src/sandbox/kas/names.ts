import type { Environment } from './kas-spec.ts';

export const KAS_DEPLOYMENT = 'kas-fleet-manager';
export const KAS_IMAGE = 'quay.io/app-sre/kas-fleet-manager';
export const ENVOY_IMAGE = 'quay.io/app-sre/envoy:1.24.9';
export const METRICS_SERVICE = `${KAS_DEPLOYMENT}-metrics`;
export const KAS_SERVICES: readonly string[] = [
  '',
  '-healthcheck',
  '-metrics',
  '-envoy',
  '-envoy-metrics',
].map((suffix) => KAS_DEPLOYMENT + suffix);
/** Characters of a commit's SHA that make an image's tag. */
export const TAG_LENGTH = 7;

export function kasNamespace(environment: Environment): string {
  return `managed-services-${environment}`;
}
