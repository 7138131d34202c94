type Labels = Readonly<Record<string, string>>;

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly Requirement[];
}

/** Whether all pairs of a plain selector are there. An empty one matches everything. */
export function hasLabels(labels: Labels | undefined, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels?.[name] === value);
}

function meets(labels: Labels, requirement: Requirement): boolean {
  const value = labels[requirement.key];
  const values = requirement.values ?? [];
  if (requirement.operator === 'Exists') return value !== undefined;
  if (requirement.operator === 'DoesNotExist') return value === undefined;
  if (requirement.operator === 'In') return value !== undefined && values.includes(value);
  return value === undefined || !values.includes(value);
}

export function matchesSelector(labels: Labels | undefined, selector: LabelSelector): boolean {
  const own = labels ?? {};
  return (
    hasLabels(own, selector.matchLabels ?? {}) &&
    (selector.matchExpressions ?? []).every((requirement) => meets(own, requirement))
  );
}

/** Whether a Service's selector is set: an empty one means that its endpoints are nobody's business. */
export function selects(selector: Labels | null | undefined): selector is Labels {
  return selector !== undefined && selector !== null && Object.keys(selector).length > 0;
}
