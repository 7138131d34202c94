import type { StoredObject } from '../store.ts';
import { ageColumn, type Column, labelsText, nameColumn, text, wide } from './column.ts';

interface ServicePort {
  readonly port: number;
  readonly nodePort?: number;
  readonly protocol?: string;
}

function portsText(service: StoredObject): string {
  const ports: readonly ServicePort[] = service.spec?.ports ?? [];
  if (ports.length === 0) return '<none>';
  return ports
    .map((port) => `${port.port}${port.nodePort ? `:${port.nodePort}` : ''}/${port.protocol ?? 'TCP'}`)
    .join(',');
}

function externalAddress(service: StoredObject): string {
  const given: readonly string[] = service.spec?.externalIPs ?? [];
  switch (service.spec?.type) {
    case 'ExternalName':
      return service.spec?.externalName ?? '<none>';
    case 'LoadBalancer': {
      const ingress: readonly { ip?: string; hostname?: string }[] =
        service.status?.loadBalancer?.ingress ?? [];
      const all = [...ingress.map((entry) => entry.ip ?? entry.hostname ?? ''), ...given];
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    default:
      return given.length === 0 ? '<none>' : given.join(',');
  }
}

export const serviceColumns: readonly Column[] = [
  nameColumn,
  text('Type', 'How the service is exposed.', (service) => service.spec?.type ?? 'ClusterIP'),
  text('Cluster-IP', 'Its address inside the cluster.', (service) => service.spec?.clusterIP ?? '<none>'),
  text('External-IP', 'Its address outside the cluster.', externalAddress),
  text('Port(s)', 'Ports and protocols.', portsText),
  ageColumn,
  wide(text('Selector', 'Which pods it sends to.', (service) => labelsText(service.spec?.selector))),
];

/** At most three, then how many more. */
function shortList(items: readonly string[]): string {
  if (items.length === 0) return '<none>';
  const more = items.length > 3 ? ` + ${items.length - 3} more...` : '';
  return items.slice(0, 3).join(',') + more;
}

interface Subset {
  readonly addresses?: readonly { readonly ip: string }[];
  readonly ports?: readonly { readonly port: number }[];
}

function endpointsText(endpoints: StoredObject): string {
  const subsets: readonly Subset[] = endpoints.subsets ?? [];
  const all = subsets.flatMap((subset) =>
    (subset.ports ?? [{ port: 0 }]).flatMap((port) =>
      (subset.addresses ?? []).map((address) =>
        port.port === 0 ? address.ip : `${address.ip}:${port.port}`,
      ),
    ),
  );
  return shortList(all);
}

export const endpointsColumns: readonly Column[] = [
  nameColumn,
  text('Endpoints', 'Addresses and ports that are ready.', endpointsText),
  ageColumn,
];

function slicePortsText(slice: StoredObject): string {
  const ports: readonly { port?: number }[] = slice.ports ?? [];
  return ports.length === 0 ? '<unset>' : shortList(ports.map((port) => String(port.port ?? '*')));
}

function sliceEndpointsText(slice: StoredObject): string {
  const endpoints: readonly { addresses?: readonly string[] }[] = slice.endpoints ?? [];
  if (endpoints.length === 0) return '<unset>';
  return shortList(endpoints.flatMap((endpoint) => endpoint.addresses ?? []));
}

export const endpointSliceColumns: readonly Column[] = [
  nameColumn,
  text('AddressType', 'What the addresses are.', (slice) => slice.addressType ?? ''),
  text('Ports', 'Ports of all endpoints.', slicePortsText),
  text('Endpoints', 'Addresses, ready or not.', sliceEndpointsText),
  ageColumn,
];

export const ingressColumns: readonly Column[] = [
  nameColumn,
  text('Class', 'Which controller serves it.', (ingress) => ingress.spec?.ingressClassName ?? '<none>'),
  text('Hosts', 'Hosts it answers for.', (ingress) => {
    const rules: readonly { host?: string }[] = ingress.spec?.rules ?? [];
    return shortList(rules.map((rule) => rule.host ?? '*'));
  }),
  text('Address', 'Where it is reached.', (ingress) => {
    const entries: readonly { ip?: string; hostname?: string }[] =
      ingress.status?.loadBalancer?.ingress ?? [];
    return entries.map((entry) => entry.ip ?? entry.hostname ?? '').join(',');
  }),
  text('Ports', 'Ports it listens on.', (ingress) => (ingress.spec?.tls === undefined ? '80' : '80, 443')),
  ageColumn,
];
