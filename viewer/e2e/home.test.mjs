import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { logViews } from '../dev/objects.mjs';
import { closeBrowser, until, withPage } from './page.mjs';

after(closeBrowser);

const forbidden = [/status of 403/];

test('LogViews and workloads are listed with their state', () =>
  withPage({}, async (page) => {
    const row = page.getByRole('row', { name: /payments/ });
    await row.getByText('WorkloadNotFound').waitFor();
    await page
      .getByRole('row', { name: /inventory/ })
      .getByText('1/2')
      .waitFor();
  }));

test('a change is shown as it comes, by one watch for all tabs', () =>
  withPage({}, async (page, server) => {
    await page
      .getByRole('row', { name: /payments/ })
      .getByText('WorkloadNotFound')
      .waitFor();
    await until(() => server.watches.size === 1, 'a watch');
    const [watch] = server.watches;
    const changed = structuredClone(logViews.find(({ metadata }) => metadata.name === 'payments'));
    changed.status.conditions[0] = { type: 'Ready', status: 'True', reason: 'Streaming', message: '' };
    changed.status.streams.summary = '7/7';
    const event = `${JSON.stringify({ type: 'MODIFIED', object: changed })}\n`;
    watch.write(event.slice(0, 40));
    watch.write(event.slice(40));
    await page
      .getByRole('row', { name: /payments/ })
      .getByText('7/7')
      .waitFor();
    const removed = logViews.find(({ metadata }) => metadata.name === 'nightly');
    watch.write(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '1002' } } })}\n`);
    watch.write(`${JSON.stringify({ type: 'DELETED', object: removed })}\n`);
    await page.getByRole('link', { name: 'nightly', exact: true }).waitFor({ state: 'detached' });

    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole('link', { name: 'checkout' }).waitFor();
    assert.equal(server.watches.size, 1);
  }));

test('a watch that is too old is begun anew from a list', () =>
  withPage({}, async (page, server) => {
    await until(() => server.watches.size === 1, 'a watch');
    const lists = () => server.requests.filter((request) => request.endsWith('/logviews')).length;
    const before = lists();
    const [watch] = server.watches;
    watch.end(
      `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } })}\n`,
    );
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await until(() => lists() > before && server.watches.size === 1, 'a new list and a new watch');
  }));

test('names are filtered', () =>
  withPage({}, async (page) => {
    await page.getByRole('searchbox', { name: 'Filter by name' }).fill('inven');
    await page.getByRole('row', { name: /inventory/ }).waitFor();
    assert.equal(await page.getByRole('row', { name: /checkout/ }).count(), 0);
  }));

test('one click on a workload opens its lines by a LogView that goes by itself', () =>
  withPage(
    { scripts: { 'inventory-x7k2p': { backlog: (script) => script.line('inventory-0', 'app', 'hello') } } },
    async (page) => {
      const created = page.waitForRequest((request) => request.method() === 'POST');
      await page.getByRole('button', { name: 'Open logs of Deployment inventory' }).click();
      const { spec } = (await created).postDataJSON();
      assert.deepEqual(spec.workload, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'inventory' });
      assert.deepEqual(spec.tail, { previous: true });
      assert.ok(spec.activeDeadlineSeconds > 0 && spec.ttlSecondsAfterFinished > 0);
      await page.waitForURL(/logviews\/shop\/inventory-x7k2p$/);
      await page.getByText('hello').waitFor();
    },
  ));

test('a workload that has a LogView opens that one', () =>
  withPage({}, async (page) => {
    await page.getByRole('button', { name: 'Open logs of Deployment checkout' }).click();
    await page.waitForURL(/logviews\/shop\/checkout$/);
  }));

test('who may not list all namespaces is shown those they may see', () =>
  withPage({ denied: ['*'], allow: forbidden }, async (page) => {
    await page.getByRole('link', { name: 'checkout' }).waitFor();
    await page.getByRole('link', { name: 'nightly' }).waitFor();
  }));

test('who may not list namespaces names one, which is remembered', () =>
  withPage({ denied: ['*', 'namespaces'], allow: forbidden }, async (page) => {
    await page.getByRole('textbox', { name: /Name the one/ }).fill('shop');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('link', { name: 'checkout' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'checkout' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'nightly' }).count(), 0);
  }));

test('who is signed in is named, and can sign out', () =>
  withPage({ session: { user: 'alice', accessMode: 'kubernetes' } }, async (page) => {
    await page.getByText('alice').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  }));
