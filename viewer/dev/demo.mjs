// The demo scripts: three pods of a shop that write plain, JSON and coloured lines, stack traces, and hostile text.
import { hostile } from './hostile.mjs';

const pods = ['checkout-7c9f6d5b8-k2x4p', 'checkout-7c9f6d5b8-m9wqz', 'checkout-7c9f6d5b8-zt7hd'];
const esc = '\x1b[';

function sample(i, time) {
  const order = 40_000 + i;
  switch (i % 11) {
    case 0:
      return { message: `INFO  order ${order} accepted: 3 items, 48.20 EUR`, level: 'Info' };
    case 1:
      return {
        message: JSON.stringify({
          time: new Date(time).toISOString(),
          level: 'info',
          msg: 'payment authorised',
          order,
          provider: 'acme-pay',
          ms: 40 + (i % 90),
        }),
        level: 'Info',
      };
    case 2:
      return {
        message: `${esc}32mINFO${esc}0m  cart ${esc}1;36m#${order}${esc}0m priced in ${esc}33m${i % 40}ms${esc}0m`,
        level: 'Info',
      };
    case 3:
      return { message: `level=debug msg="cache hit" key=price:${order} ttl=30s`, level: 'Debug' };
    case 4:
      return { message: `GET /healthz 200 0.4ms` };
    case 5:
      return i % 3 === 0
        ? { message: `WARN  retrying inventory after timeout (attempt ${i % 5}), order ${order}`, level: 'Warn' }
        : { message: `POST /orders 201 ${20 + (i % 60)}ms order=${order}`, level: 'Info' };
    case 6:
      return i % 4 === 0
        ? {
            message: `${esc}31mERROR${esc}0m connection refused: inventory.shop.svc:8080, order ${order}`,
            level: 'Error',
          }
        : { message: `INFO  stock reserved for order ${order}`, level: 'Info' };
    case 7:
      return {
        message: JSON.stringify({
          level: 'info',
          msg: 'order shipped',
          order,
          address: { city: 'Zürich', zip: '8001' },
          items: [
            { sku: 'A-17', n: 2 },
            { sku: 'B-4', n: 1 },
          ],
        }),
        level: 'Info',
      };
    default:
      return { message: `INFO  step ${i % 11} of order ${order} done in ${(i * 7) % 130}ms`, level: 'Info' };
  }
}

function stackTrace(script, pod, time) {
  script.line(pod, 'app', 'ERROR unhandled exception while charging card', { time, level: 'Error' });
  script.line(pod, 'app', 'System.TimeoutException: The operation has timed out after 3000 ms.', {
    time,
    level: 'Error',
  });
  for (const frame of [
    'Shop.Payments.AcmePay.ChargeAsync(Card card, Money amount) in AcmePay.cs:line 88',
    'Shop.Checkout.PayAsync(Order order) in Checkout.cs:line 141',
    'Shop.Checkout.RunAsync() in Checkout.cs:line 57',
  ]) {
    script.line(pod, 'app', `   at ${frame}`, { time, level: 'Error' });
  }
}

let count = 0;
function write(script, time) {
  const pod = pods[(count * 7) % 3];
  const { message, level } = sample(count, time);
  script.line(pod, 'app', message, { time, level });
  if (count % 97 === 50) stackTrace(script, pod, time);
  count++;
}

const sources = pods.map((pod) => ({ pod, container: 'app', state: 'Streaming' }));

export const demo = {
  checkout: {
    backlog(script) {
      const now = Date.now();
      script.event('status', {
        conditions: [{ type: 'Ready', status: 'True', reason: 'Streaming', message: '' }],
        streams: { desired: 3, active: 3, summary: '3/3' },
        sources,
      });
      for (let i = 0; i < 5000; i++) {
        const time = now - (5000 - i) * 120;
        write(script, time);
        if (i === 4890)
          script.event(
            'lifecycle',
            {
              timestamp: new Date(time).toISOString(),
              pod: pods[1],
              container: 'app',
              what: 'Terminated',
              reason: 'OOMKilled',
              exitCode: 137,
            },
            time,
          );
        if (i === 4893)
          script.event(
            'lifecycle',
            {
              timestamp: new Date(time).toISOString(),
              pod: pods[1],
              container: 'app',
              what: 'Restarted',
              reason: 'CrashLoopBackOff',
            },
            time,
          );
        if (i === 4975)
          script.event(
            'gap',
            {
              lost: 214,
              from: new Date(time - 900).toISOString(),
              to: new Date(time).toISOString(),
              reason: 'rotation',
              pod: pods[0],
              container: 'app',
              certain: false,
            },
            time,
          );
        if (i === 4980)
          script.event(
            'error',
            {
              code: 500,
              reason: 'InternalError',
              message: 'the kubelet closed the stream; it is opened again',
              pod: pods[2],
              container: 'app',
            },
            time,
          );
      }
    },
    every: 100,
    live: (script, tick) => {
      for (let i = 0; i <= tick % 3; i++) write(script, Date.now());
    },
  },
  hostile: {
    backlog(script) {
      for (const [i, message] of hostile.entries())
        script.line(`pod-${i % 3}`, 'app', message, { time: Date.now() - 1000 + i });
    },
  },
  million: {
    flood: {
      count: 1_000_000,
      line: (i) => ({
        pod: pods[i % 3],
        message: `${i} ${'lorem ipsum dolor sit amet '.repeat(5)}${i % 1000 === 500 ? 'rareneedle' : ''}`,
        time: 1_750_000_000_000 + i,
      }),
    },
  },
};
