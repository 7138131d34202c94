import { describe, expect, it } from 'vitest';
import { ioOver } from '../../src/cli/io.ts';

describe('what a command says', () => {
  it('holds nothing that a terminal obeys, and keeps its lines and its JSON', () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) > 0 };
    const io = ioOver(stream, stream);
    io.err('no context "x\u001b]0;owned\u0007\u001b[31m"\n  second line');
    io.out('{"note":"\\u001b[2J · é"}');
    expect(written).toEqual(['no context "x"\n  second line\n', '{"note":"\\u001b[2J · é"}\n']);
  });
});
