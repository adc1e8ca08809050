// Made-up trails: one whose every name is an attack, one of a hundred thousand events, and one of which every panel has
// something: metrics of every sort on three days, a file of countries, a list of threats.
//
//   node trails.mjs hostile FOLDER
//   node trails.mjs large FOLDER EVENTS
//   node trails.mjs full FOLDER

import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';

const [sort, folder, count] = process.argv.slice(2);

function event(id, at, more) {
  return {
    eventVersion: '1.11', eventSource: 'apigateway.amazonaws.com', eventType: 'AwsApiCall', eventName: 'GetStages', awsRegion: 'us-east-1',
    eventTime: at, eventID: id, requestID: `r-${id}`, recipientAccountId: '111122223333', sourceIPAddress: '192.0.2.1', userAgent: 'aws-cli/2.31.0',
    userIdentity: { type: 'IAMUser', userName: 'ana', accountId: '111122223333' }, ...more,
  };
}

function write(name, day, minute, records) {
  const path = join(folder, 'AWSLogs/111122223333/CloudTrail/us-east-1', day.replaceAll('-', '/'));
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, `111122223333_CloudTrail_us-east-1_${day.replaceAll('-', '')}T${minute}Z_${name}.json`), JSON.stringify({ Records: records }));
}

export const HOSTILE = [
  '<script>alert(1)</script>', '</script><script>alert(2)</script>', '<img src=x onerror=alert(3)>', '"\'><svg/onload=alert(4)>', '<!--<script>',
  '{{data}}', '%{customdata}', '<b>bold</b><a href="javascript:alert(5)">go</a>', '\u202egpj.exe', '\u2066\u200b\ufeff', '=HYPERLINK("http://x","y")', "'; drop table--",
  '__proto__', 'constructor', '&lt;i&gt;', '\ud800', '\u0000\u001b[31m', 'x'.repeat(4096), `<script>${'y'.repeat(4096)}</script>`,
];

if (sort === 'hostile') {
  const records = HOSTILE.flatMap((text, at) => [
    event(`h${at}`, `2026-11-20T10:${String(at).padStart(2, '0')}:00Z`, { errorCode: text, errorMessage: text, sourceIPAddress: text, userAgent: text, eventName: text, awsRegion: text, requestID: text, userIdentity: { type: text, userName: text, accountId: '111122223333' } }),
    event(`n${at}`, `2026-11-20T11:${String(at).padStart(2, '0')}:00Z`, { eventName: 'CreateRestApi', userIdentity: { type: 'IAMUser', userName: text }, requestParameters: { createStageInput: { stageName: text } }, responseElements: { id: `id${at}`, name: text } }),
  ]);
  write('hostile000000001', '2026-11-20', '1205', records);
}

if (sort === 'large') {
  let state = 1;
  const random = below => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return (state >>> 8) % below; };
  const codes = ['AccessDenied', 'TooManyRequestsException', 'NotFoundException', 'ConflictException', 'BadRequestException'];
  const names = ['GetStages', 'GetRestApi', 'CreateDeployment', 'UpdateStage', 'GetRoutes', 'PutMethod', 'GetApis', 'DeleteApi'];
  const perFile = 5_000;
  for (let from = 0; from < Number(count); from += perFile) {
    const records = Array.from({ length: Math.min(perFile, Number(count) - from) }, (_, at) => {
      const second = random(86_400);
      const time = new Date(Date.UTC(2026, 10, 20) + second * 1000).toISOString().replace('.000', '');
      const failed = random(3) === 0;
      return event(`e${from + at}`, time, {
        eventName: names[random(names.length)], sourceIPAddress: `198.51.${random(100)}.${random(256)}`, userAgent: `tool-${random(40)}/${random(9)}.${random(30)}`,
        userIdentity: { type: 'AssumedRole', arn: `arn:aws:sts::111122223333:assumed-role/role-${random(30)}/session-${random(2_000)}`, accountId: '111122223333' },
        requestParameters: { restApiId: `api${random(300)}` },
        ...(failed ? { errorCode: codes[random(codes.length)], errorMessage: `denied number ${random(5_000)}` } : {}),
      });
    });
    write(`large${String(from).padStart(11, '0')}`, '2026-11-21', '0005', records);
  }
}

/** A file of countries in MaxMind's format with records of 24 bits: networks are `[address, prefix, code, name]`. */
function countries(networks) {
  const text = value => Buffer.concat([Buffer.from([(2 << 5) | value.length]), Buffer.from(value)]);
  const map = entries => Buffer.concat([Buffer.from([(7 << 5) | Object.keys(entries).length]), ...Object.entries(entries).flatMap(([key, value]) => [text(key), value])]);
  const number = (value, type) => Buffer.from([(type << 5) | 4, ...[24, 16, 8, 0].map(shift => (value >>> shift) & 255)]);
  const nodes = [[null, null]];
  const data = [];
  for (const [address, prefix, code, name] of networks) {
    const bits = address.split('.').map(part => Number(part).toString(2).padStart(8, '0')).join('');
    let node = 0;
    for (let at = 0; at < prefix - 1; at += 1) {
      if (nodes[node][bits[at]] === null) nodes[node][bits[at]] = nodes.push([null, null]) - 1;
      node = nodes[node][bits[at]];
    }
    nodes[node][bits[prefix - 1]] = { offset: Buffer.concat(data).length };
    data.push(map({ country: map({ iso_code: text(code), names: map({ en: text(name) }) }) }));
  }
  const value = record => (record === null ? nodes.length : typeof record === 'number' ? record : nodes.length + 16 + record.offset);
  const tree = Buffer.from(nodes.flat().map(value).flatMap(one => [one >>> 16, (one >>> 8) & 255, one & 255]));
  const small = one => Buffer.from([(5 << 5) | 1, one]);
  const metadata = map({
    binary_format_major_version: small(2), binary_format_minor_version: small(0), build_epoch: Buffer.from([4, 2, 106, 255, 102, 0]),
    database_type: text('Made-Country'), description: map({}), ip_version: small(4), languages: Buffer.from([0, 4]),
    node_count: number(nodes.length, 6), record_size: small(24),
  });
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from('abcdef', 'hex'), Buffer.from('MaxMind.com'), metadata]);
}

/** Metrics of a day: what an API of each sort sends, with more requests on the newer days. */
function metricsOf(day, scale) {
  const account = '111122223333', region = 'us-east-1', period_s = 900;
  const start = Date.parse(`${day}T00:00:00Z`);
  const series = [];
  const add = (dimensions, metric, point) => series.push({
    series: { account, region, namespace: 'AWS/ApiGateway', api_name: '', api_id: '', stage: '', resource: '', method: '', route: '', ...dimensions, metric, period_s },
    points: Array.from({ length: 96 }, (_, at) => ({ timestamp: new Date(start + at * period_s * 1000).toISOString().replace('.000', ''), ...point(at) })),
  });
  const latency = (count, ms) => () => ({ sample_count: count, sum: count * ms, minimum: 1, maximum: ms * 3, p50: ms, p90: ms * 1.5, p95: ms * 2, p99: ms * 2.5 });
  const flag = (count, share) => () => ({ sample_count: count, sum: count * share });
  const requests = (dimensions, count, [client, server]) => {
    add(dimensions, 'Latency', latency(count, 40));
    add(dimensions, 'IntegrationLatency', latency(count, 30));
    add(dimensions, 'Count', flag(count, 1));
    add(dimensions, client, flag(count, 0.125));
    add(dimensions, server, flag(count, 0.0625));
  };
  const rest = { api_name: 'orders', stage: 'prod' };
  requests(rest, 160 * scale, ['4XXError', '5XXError']);
  for (const resource of ['/a', '/b']) requests({ ...rest, resource, method: 'GET' }, 80 * scale, ['4XXError', '5XXError']);
  for (const dimensions of [rest, { ...rest, resource: '/a', method: 'GET' }]) {
    add(dimensions, 'CacheHitCount', flag(160 * scale, 0.75));
    add(dimensions, 'CacheMissCount', flag(160 * scale, 0.25));
  }
  const http = { api_id: 'http000001', stage: '$default' };
  for (const dimensions of [http, { ...http, resource: '/items', method: 'POST' }]) {
    requests(dimensions, 32 * scale, ['4xx', '5xx']);
    add(dimensions, 'DataProcessed', flag(32 * scale, 512));
  }
  const socket = { api_id: 'socket0001', stage: 'live' };
  for (const dimensions of [socket, { ...socket, route: 'send' }]) {
    for (const metric of ['ConnectCount', 'MessageCount', 'ClientError', 'ExecutionError', 'IntegrationError']) add(dimensions, metric, flag(8 * scale, 1));
    add(dimensions, 'IntegrationLatency', latency(8 * scale, 20));
  }
  const window = {
    account, region, window_start: `${day}T00:00:00Z`, window_end: new Date(start + 86_400_000).toISOString().replace('.000', ''), period_s, configuration: '3d1f0c5a9b7e2468',
    state: 'complete', series: series.length, datapoints: series.length * 96, metrics_requested: 1, requests: 1, throttles: 0, incomplete: {}, incomplete_since: null,
  };
  return { schema: 'gatetrail/inbox-metrics/1', windows: [window], series, exceptions: [] };
}

if (sort === 'full') {
  const records = [
    event('named', '2026-11-20T09:00:00Z', { eventName: 'CreateApi', requestParameters: null, responseElements: { apiId: 'http000001', name: 'storefront' } }),
    event('deployed', '2026-11-20T10:07:00Z', { eventName: 'CreateDeployment', requestParameters: { apiId: 'http000001', stageName: '$default' }, sourceIPAddress: '203.0.113.9' }),
    event('changed', '2026-11-20T10:11:00Z', { eventName: 'UpdateStage', requestParameters: { restApiId: 'rest000001', stageName: 'prod' } }),
    event('refused', '2026-11-20T10:12:00Z', { eventName: 'UpdateStage', requestParameters: { restApiId: 'rest000001', stageName: 'prod' }, errorCode: 'AccessDenied', sourceIPAddress: '203.0.113.9' }),
    event('service', '2026-11-20T10:13:00Z', { eventName: 'GetStages', errorCode: 'AccessDenied', sourceIPAddress: 'cloudformation.amazonaws.com' }),
    event('other', '2026-11-20T10:14:00Z', { eventName: 'GetStages', errorCode: 'NotFoundException', sourceIPAddress: '198.51.100.1' }),
  ];
  write('full0000000000001', '2026-11-20', '1030', records);
  for (const [day, scale] of [['2026-11-13', 1], ['2026-11-19', 2], ['2026-11-20', 4]]) {
    writeFileSync(join(folder, `${day}.metrics.json.gz`), gzipSync(JSON.stringify(metricsOf(day, scale))));
  }
  const config = join(folder, 'config');
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'gatetrail.toml'), '[geoip]\nfile = "countries.mmdb"\n[threats]\nfile = "threats.txt"\n');
  writeFileSync(join(config, 'countries.mmdb'), countries([['203.0.113.0', 24, 'JP', 'Japan'], ['192.0.2.0', 24, 'DE', 'Germany']]));
  writeFileSync(join(config, 'threats.txt'), '# made up\n203.0.113.0/28\n');
}
