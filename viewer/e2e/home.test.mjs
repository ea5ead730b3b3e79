import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, withPage } from './page.mjs';

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
