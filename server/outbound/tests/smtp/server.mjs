// A real SMTP server for the tests of `SmtpMailer`: takes its behaviour as JSON, listens on a free port of the loopback,
// and prints one line of JSON when it listens and one per mail. It ends when its standard input does.
//
// { secure, startTls, cert, key: paths, user, password, refuse: { mail | rcpt | data: [code, text] }, stallAtData }
import { readFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const want = JSON.parse(process.argv[2]);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const answer = (step, callback) => {
  const refusal = want.refuse?.[step];
  if (!refusal) return callback();
  const [responseCode, text] = refusal;
  callback(Object.assign(new Error(text), { responseCode }));
};

const server = new SMTPServer({
  secure: want.secure,
  disabledCommands: [...(want.startTls ? [] : ['STARTTLS']), ...(want.user ? [] : ['AUTH'])],
  hideSTARTTLS: !want.startTls,
  authOptional: !want.user,
  cert: want.cert && readFileSync(want.cert),
  key: want.key && readFileSync(want.key),
  onAuth({ username, password }, _session, callback) {
    if (username === want.user && password === want.password) return callback(null, { user: username });
    callback(Object.assign(new Error('No such pair'), { responseCode: 535 }));
  },
  onMailFrom(_address, _session, callback) {
    answer('mail', callback);
  },
  onRcptTo(_address, _session, callback) {
    answer('rcpt', callback);
  },
  onData(stream, session, callback) {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      if (want.stallAtData) return say({ stalled: 'data' });
      if (want.refuse?.data) return answer('data', callback);
      const { envelope, secure, user } = session;
      const raw = Buffer.concat(chunks).toString('utf8');
      say({ mail: { from: envelope.mailFrom.address, to: envelope.rcptTo.map((to) => to.address), secure, user, raw } });
      callback();
    });
  },
});

server.on('error', () => {}); // A client that breaks off is what some tests want.
server.listen(0, '127.0.0.1', () => say({ listening: server.server.address().port }));
process.stdin.resume().on('end', () => process.exit(0));
