import { describe, expect, it } from 'vitest';
import type { Intent } from '../../src/engine/intent.ts';
import { press, SETTLE_MS } from '../../src/view/press.ts';
import { scenes } from './scenes.ts';
import { NARROW, NOW, pasted, pressed, stateOf, WIDE } from './screen.ts';

const at = (name: string, shownAt?: number) => stateOf(scenes[name] ?? { drafts: [] }, shownAt);

const confirmSwitch: Intent = {
  type: 'confirm-step',
  step: 'switch-frontend',
  planHash: 'hash of switch-frontend',
};

describe('keys that arrive together', () => {
  it('takes a line and the enter after it, as a slow connection delivers them', () => {
    const open = pressed(at('confirm'), 'n');
    const together = press({ ...at('confirm'), ui: open.ui }, 'called payments\r', 'called payments\r', {
      size: WIDE,
      now: NOW,
    });
    expect(together.ask).toEqual({ type: 'add-note', text: 'called payments', step: 'switch-frontend' });
  });

  it('answers nothing where no line of text is open', () => {
    expect(press(at('confirm'), 'y\r', 'y\r', { size: WIDE, now: NOW }).ask).toBeUndefined();
  });
});

describe('keys on the session screen', () => {
  it.each<[string, string, Intent | undefined]>([
    ['confirm', 'y', confirmSwitch],
    ['confirm', '<right><enter>', confirmSwitch],
    ['confirm', 'r', { type: 'replan-step', step: 'switch-frontend' }],
    ['confirm', 's<enter>', undefined],
    [
      'confirm',
      'sdone by hand<enter>',
      { type: 'skip-step', step: 'switch-frontend', reason: 'done by hand' },
    ],
    ['confirm', 'sdone by hand<esc>', undefined],
    ['confirm', 'nlooks bad<enter>', { type: 'add-note', text: 'looks bad', step: 'switch-frontend' }],
    ['confirm', 'u', undefined],
    ['confirm', 'x', undefined],
    ['confirm', 't', undefined],
    ['confirm', 'a<enter>', undefined],
    ['confirm', 'a<down><enter>', { type: 'abort-session', undo: false }],
    ['failed', 'a<down><enter>', { type: 'abort-session', undo: true }],
    ['failed', 'a<down><down><enter>', { type: 'abort-session', undo: false }],
    ['failed', 'a<esc>', undefined],
    ['failed', 'u', { type: 'undo-step', step: 'switch-frontend' }],
    ['failed', 'r', { type: 'retry-step', step: 'switch-backend' }],
    ['failed', '<enter>', { type: 'retry-step', step: 'switch-backend' }],
    ['undo', 'y', { type: 'confirm-undo', step: 'switch-frontend', planHash: 'undo hash' }],
    ['undo', '<enter>', { type: 'decline-undo', step: 'switch-frontend' }],
    ['interrupted', 't', { type: 'accept-step', step: 'switch-frontend' }],
    ['interrupted', '<enter>', { type: 'retry-step', step: 'switch-frontend' }],
    ['verifying', 'x', { type: 'cancel-step', step: 'switch-frontend' }],
    ['verifying', 'y', undefined],
    ['task', 'y', { type: 'answer-step', step: 'users', value: 'done' }],
    ['task', '<enter>', undefined],
    ['decision', '<enter>', undefined],
    ['decision', '<down><down><enter>', { type: 'answer-step', step: 'users', value: 'unknown' }],
    ['decision', '2<enter>', { type: 'answer-step', step: 'users', value: 'unknown' }],
    ['decision', '2', undefined],
    ['decision', '9<enter>', undefined],
    ['prompt', '42<enter>', { type: 'answer-step', step: 'users', value: 'INC-42' }],
    ['prompt', 'x<enter>', undefined],
    ['unavailable', 'r', { type: 'retry-step', step: 'errors' }],
    ['lost', 'y', undefined],
    ['ended', 'y', undefined],
  ])('%s: %s asks for %o', (scene, keys, intent) => {
    expect(pressed(at(scene), keys).ask).toEqual(intent);
  });

  it('leaves Cancel in focus, so that enter alone does nothing', () => {
    const { ask, ui } = pressed(at('confirm'), '<enter>');
    expect(ask).toBeUndefined();
    expect(ui.notice?.text).toMatch(/Nothing was done/);
  });
});

describe('a dangerous step', () => {
  it('is done only when the whole name was typed', () => {
    const state = at('dangerous');
    expect(pressed(state, 'y').ask).toBeUndefined();
    expect(pressed(state, 'yfrontend-gree<enter>').ask).toBeUndefined();
    expect(pressed(state, 'yfrontend-blue<enter>').ask).toBeUndefined();
    expect(pressed(state, 'yfrontend-green<enter>').ask).toEqual({
      type: 'confirm-step',
      step: 'park-frontend',
      planHash: 'hash of park-frontend',
      typed: 'frontend-green',
    });
  });

  it('takes letters as the name while it is typed, and as keys again after esc', () => {
    expect(pressed(at('dangerous'), 'ysau').ui.over).toBeUndefined();
    expect(pressed(at('dangerous'), 'ysau<esc>s').ui.over?.type).toBe('skip');
  });

  it('is not confirmed by a pasted name', () => {
    const state = at('dangerous');
    const typing = pasted({ ...state, ui: pressed(state, 'y').ui }, 'frontend-green\n');
    expect(pressed(typing, '<enter>').ask).toBeUndefined();
  });
});

describe('what must not answer', () => {
  it('a key typed before the question had been in sight', () => {
    const early = at('confirm', NOW - SETTLE_MS + 1);
    expect(pressed(early, 'y').ask).toBeUndefined();
    expect(pressed(early, '<right><enter>').ask).toBeUndefined();
    expect(pressed(early, 'y', undefined, NOW + 1).ask).toEqual(confirmSwitch);
  });

  it('a paste, whole or as a burst of characters', () => {
    expect(pasted(at('confirm'), 'y').ui.notice?.text).toMatch(/ignored/);
    expect(pressed(at('confirm'), '<yyyy>').ask).toBeUndefined();
  });

  it('a key while another step is looked at, or the step is behind another pane', () => {
    const looking = pressed(at('confirm'), '<tab><up>').ui;
    expect(looking.selected).toBe('standby-backend');
    const state = { ...at('confirm'), ui: looking };
    expect(pressed(state, 'y').ask).toBeUndefined();
    expect(pressed(state, '<esc>y').ask).toEqual(confirmSwitch);
    expect(pressed(at('confirm'), '<tab>y', NARROW).ask).toBeUndefined();
    expect(pressed(at('confirm'), '<tab><esc>y', NARROW).ask).toEqual(confirmSwitch);
  });

  it('a word that was typed for a plan that has changed since', () => {
    const { ui } = pressed(at('dangerous'), 'yfrontend-green');
    const changed = at('confirm');
    expect(pressed({ ...changed, ui }, '<enter>').ask).toBeUndefined();
  });
});

describe('leaving', () => {
  it('says what goes on, and stays by default', () => {
    expect(pressed(at('confirm'), 'q').ui.over).toEqual({ type: 'leave', focus: 0 });
    expect(pressed(at('confirm'), 'q<enter>').leave).toBeUndefined();
    expect(pressed(at('confirm'), 'q<down><enter>').leave).toBe(true);
  });

  it('takes ctrl-c twice, with nothing in between', () => {
    expect(pressed(at('confirm'), '<ctrl+c>').leave).toBeUndefined();
    expect(pressed(at('confirm'), '<ctrl+c>').ui.notice?.text).toMatch(/session goes on/);
    expect(pressed(at('confirm'), '<ctrl+c><ctrl+c>').leave).toBe(true);
    expect(pressed(at('confirm'), '<ctrl+c>l<ctrl+c>').leave).toBeUndefined();
    expect(pressed(at('prompt'), 'abc<ctrl+c><ctrl+c>').leave).toBe(true);
  });

  it('is at once when nothing is left to go on', () => {
    expect(pressed(at('lost'), 'q').leave).toBe(true);
    expect(pressed(at('ended'), 'q').leave).toBe(true);
  });
});

describe('looking around', () => {
  it('scrolls no further than there is something to see', () => {
    const state = at('output');
    const end = pressed(state, 'lg<end>').ui.over;
    const further = pressed(state, 'lg<end><pgdn><down>').ui.over;
    expect(further).toEqual(end);
    expect(end).toMatchObject({ type: 'reader', follow: true });
    expect(pressed(state, 'lg<end><up>').ui.over).toMatchObject({ follow: false });
  });

  it('finds a word, and goes around its places', () => {
    const state = at('output');
    expect(pressed(state, 'l/accounts/101<enter>').ui.over).toMatchObject({ word: 'accounts/101', match: 0 });
    expect(pressed(state, 'l/accounts/101<enter>nn').ui.over).toMatchObject({ match: 2 });
    expect(pressed(state, 'l/accounts/101<enter>N').ui.over).toMatchObject({ match: 9 });
    expect(pressed(state, 'l/nothing<esc>').ui.over).toMatchObject({ word: '' });
  });

  it.each([
    ['?', 'help'],
    ['p', 'pods'],
    ['o', 'links'],
    ['d', 'reader'],
    ['l', 'reader'],
  ])('%s opens %s, and esc and q close it', (key, type) => {
    expect(pressed(at('confirm'), key).ui.over?.type).toBe(type);
    expect(pressed(at('confirm'), `${key}<esc>`).ui.over).toBeUndefined();
    expect(pressed(at('confirm'), `${key}q`).ui.over).toBeUndefined();
  });

  it('walks through the panes and back', () => {
    expect(pressed(at('confirm'), '<tab><tab>').ui.pane).toBe('live');
    expect(pressed(at('confirm'), '<shift+tab>').ui.pane).toBe('events');
    expect(pressed(at('confirm'), '<tab><tab><esc>').ui.pane).toBe('step');
  });
});
