'use strict';
// Node's own messages between a process and its child, "advanced" serialization. Speaks the commands of PeerProgram; the
// child of this process is the other end.
const { fork } = require('node:child_process');
const readline = require('node:readline');

if (process.argv[2] === 'child') {
  let received = 0;
  let large = false;
  let lastNanos = 0n;
  process.on('message', (message) => {
    if (message.kind === 'count') {
      process.send({ kind: 'count', received, nanos: large ? lastNanos : process.hrtime.bigint() });
    } else if (message.kind === 'call') {
      process.send(message);
    } else {
      received += message.payload.length;
      if (message.payload.length >= 16384) {
        large = true;
        lastNanos = process.hrtime.bigint();
      }
    }
  });
  process.on('disconnect', () => process.exit(0));
} else {
  parent();
}

function parent() {
  const child = fork(__filename, ['child'], { serialization: 'advanced' });
  const answer = (text) => process.stdout.write('= ' + text + '\n');
  const starts = new Map();
  let payload = null;
  let latencies = [];
  let markNanos = 0n;
  let mark = { received: 0, nanos: 0n };
  let sent = 0;
  let stopped = true;
  let ended = null;
  let counted = null;

  child.on('message', (message) => {
    if (message.kind === 'count') {
      counted(message);
      return;
    }
    latencies.push(Number(process.hrtime.bigint() - starts.get(message.id)));
    starts.delete(message.id);
    if (message.payload.length !== payload.length) {
      throw new Error('length: ' + message.payload.length);
    }
    if (!stopped) {
      call();
    } else if (starts.size === 0) {
      ended();
    }
  });

  const call = () => {
    const id = sent++;
    starts.set(id, process.hrtime.bigint());
    child.send({ kind: 'call', id, payload });
  };

  // As many messages at once as fit; what the pipe does not take waits, and its end is what the callback tells.
  const flood = (window) => {
    let waiting = 0;
    const fill = () => {
      while (!stopped && waiting < window) {
        waiting++;
        sent++;
        child.send({ kind: 'message', payload }, () => {
          waiting--;
          if (!stopped) {
            if (waiting === Math.floor(window / 2)) {
              fill();
            }
          } else if (waiting === 0) {
            ended();
          }
        });
      }
    };
    fill();
  };

  const count = () =>
    new Promise((resolve) => {
      counted = resolve;
      child.send({ kind: 'count' });
    });

  const percentiles = () => {
    const sorted = Float64Array.from(latencies).sort();
    const at = (p) => sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))];
    const names = [50, 75, 90, 95, 99, 99.9, 99.99];
    const shown = names.map((p) => 'p' + (Number.isInteger(p) ? p + '.0' : p) + '=' + at(p));
    return shown.join(' ') + ' max=' + sorted[sorted.length - 1];
  };

  const execute = async (words) => {
    switch (words[0]) {
      case 'start': {
        payload = new Uint8Array(Number(words[2]));
        stopped = false;
        sent = 0;
        if (words[1] === 'flood') {
          setImmediate(flood, payload.length > 65536 ? 4 : 64);
        } else {
          for (let i = 0; i < Number(words[3]); i++) {
            call();
          }
        }
        return 'started';
      }
      case 'mark':
        mark = await count();
        latencies = [];
        markNanos = process.hrtime.bigint();
        return 'marked';
      case 'read': {
        const nanos = process.hrtime.bigint() - markNanos;
        const calls = latencies.length === 0 ? 'calls=0' : 'calls=' + latencies.length + ' ' + percentiles();
        const now = await count();
        const receivedBytes = now.received - mark.received;
        return `nanos=${nanos} ${calls} receivedBytes=${receivedBytes} receiptNanos=${now.nanos - mark.nanos}`;
      }
      case 'received':
        return 'receivedBytes=' + (await count()).received;
      case 'stop':
        await new Promise((resolve) => {
          ended = resolve;
          stopped = true;
        });
        return 'sent=' + sent;
      default:
        throw new Error('command: ' + words);
    }
  };

  answer('open');
  const lines = readline.createInterface({ input: process.stdin });
  lines.on('line', (line) => execute(line.split(' ')).then(answer, (e) => { throw e; }));
  lines.on('close', () => process.exit(0));
}
