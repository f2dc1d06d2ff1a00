import { deepEqual, equal, match } from 'node:assert/strict';
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  createMessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-languageserver/node';
import { readWords } from '../../server/src/lsp/command-line';

const command = join(__dirname, '../../server/bin/task-watchers-language-server.js');

describe('command line of the language server', () => {
  it('is refused in one line, with status 2', () => {
    const ways = '--stdio, --node-ipc or --socket=PORT';
    for (const [words, line] of [
      [[], `say how to talk: ${ways}`],
      [['--stdio', '--node-ipc'], `say one way to talk: ${ways}`],
      [['--stdio', 'extra'], 'extra: not known here; see --help'],
      [['--stdio', '--colour'], '--colour: not known here; see --help'],
      [['--socket=65536'], '--socket=65536: not a port; give one from 1 to 65535'],
      [['--socket=0'], '--socket=0: not a port; give one from 1 to 65535'],
      [['--socket'], '--socket=: not a port; give one from 1 to 65535'],
      [['--socket=1'], '--socket=1: cannot connect to 127.0.0.1:1 (ECONNREFUSED)'],
      [
        ['--node-ipc'],
        '--node-ipc: no channel to a parent process; start it with fork() of Node.js, or give --stdio',
      ],
    ] as const) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...words], {
        encoding: 'utf8',
        input: '',
      });
      deepEqual(
        { status, stdout, stderr },
        {
          status: 2,
          stdout: '',
          stderr: `task-watchers-language-server: ${line}\n`,
        },
      );
    }
  });

  it('may hold what clients of the VS Code library add', () => {
    for (const words of [
      ['--node-ipc', '--clientProcessId=12'],
      ['--clientProcessId', '12', '--node-ipc'],
    ])
      deepEqual(readWords(words), { kind: 'node-ipc' });
    for (const words of [['--socket=12'], ['--socket', '12']])
      deepEqual(readWords(words), { kind: 'socket', port: 12 });
  });

  it('answers on a port where the client listens', async () => {
    const listening = createServer();
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const { port } = listening.address() as AddressInfo;
    const child = spawn(process.execPath, [command, `--socket=${String(port)}`]);
    const ended = once(child, 'exit');
    const [socket] = (await once(listening, 'connection')) as [Socket];
    const connection = createMessageConnection(
      new SocketMessageReader(socket),
      new SocketMessageWriter(socket),
    );
    connection.listen();
    const answer: unknown = await connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {},
    });
    match(JSON.stringify(answer), /"capabilities"/);
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    equal((await ended)[0], 0);
    connection.dispose();
    listening.close();
  });

  it('answers on the channel of a parent process', async () => {
    const child = fork(command, ['--node-ipc', `--clientProcessId=${String(process.pid)}`]);
    child.send({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { processId: null, rootUri: null, capabilities: {} },
    });
    const [answer] = (await once(child, 'message')) as [unknown];
    match(JSON.stringify(answer), /"capabilities"/);
    child.kill();
  });
});
