import type { Installation, Installer } from '../containers/installation.ts';
import type { Django } from './django.ts';
import { pythonProgram } from './python-program.ts';

const IMAGE = /\/banking\/backend:([^:@]+)$/;

/** Python and manage.py, in containers of the backend's images. */
export function djangoInstaller(django: Django): Installer {
  return ({ image }): Installation | undefined => {
    const version = IMAGE.exec(image)?.[1];
    if (version === undefined) return undefined;
    const python = pythonProgram(django, django.graphOf(version));
    return {
      programs: { python, python3: python },
      cwd: '/app',
      env: { DJANGO_SETTINGS_MODULE: 'banking.settings', PYTHONUNBUFFERED: '1' },
    };
  };
}
