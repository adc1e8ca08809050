// Made-up trails: one whose every name is an attack, and one of a hundred thousand events.
//
//   node trails.mjs hostile FOLDER
//   node trails.mjs large FOLDER EVENTS

import { mkdirSync, writeFileSync } from 'node:fs';
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
