/** Someone with an account on GitLab. */
export interface Person {
  readonly username: string;
  readonly name: string;
  readonly email: string;
}

function person(username: string, name: string): Person {
  return { username, name, email: `${username}@example.com` };
}

/** Merges what is approved, rebases what is behind, and posts who may approve. */
export const BOT = person('devtools-bot', 'Devtools Bot');

/** The one on call; owns a fork of app-interface. */
export const OPERATOR = person('operator', 'Oona Perälä');

export const VIEWER = person('viewer', 'Vito Erwin');

/** The Control Plane team: they write KAS Fleet Manager and promote it. */
export const CONTROL_PLANE: readonly Person[] = [
  person('mkowalczyk', 'Magda Kowalczyk'),
  person('sdubois', 'Sylvain Dubois'),
  person('tnakamura', 'Taiki Nakamura'),
  person('aokafor', 'Adaeze Okafor'),
  person('pmurphy', 'Padraig Murphy'),
  person('lbianchi', 'Lucia Bianchi'),
];

/** Whose `/lgtm` counts for the saas file, in the order in which they tend to answer. */
export const APPROVERS: readonly Person[] = CONTROL_PLANE.slice(0, 4);

/** Whose `/lgtm` counts everywhere. */
export const APP_SRE: readonly Person[] = [
  person('rvargas', 'Rocío Vargas'),
  person('jhalloran', 'June Halloran'),
  person('dkessler', 'Dieter Kessler'),
];

/** Colleagues of other services that share app-interface. */
export const OTHERS: readonly Person[] = [
  person('ibrahimy', 'Yusuf Ibrahim'),
  person('hlindqvist', 'Hanna Lindqvist'),
  person('cfontaine', 'Camille Fontaine'),
  person('nthapa', 'Nirmala Thapa'),
];

export const EVERYONE: readonly Person[] = [BOT, OPERATOR, VIEWER, ...CONTROL_PLANE, ...APP_SRE, ...OTHERS];
