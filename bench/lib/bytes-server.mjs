// `node bytes-server.mjs <port> <backend-port>`: passes requests and answers on as they are, byte for byte. What a proxy costs in
// Node at the least.
import { Agent, createServer, request } from 'node:http';

const [port, backendPort] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

createServer((asked, answer) => {
  const { method, url: path, headers } = asked;
  const passedOn = request(
    { host: '127.0.0.1', port: backendPort, method, path, headers, agent },
    (answered) => {
      answer.writeHead(answered.statusCode ?? 502, { 'content-type': answered.headers['content-type'] });
      answered.pipe(answer);
    },
  );
  passedOn.on('error', () => answer.destroy());
  answer.on('close', () => passedOn.destroy());
  asked.pipe(passedOn);
}).listen(Number(port), '127.0.0.1');
