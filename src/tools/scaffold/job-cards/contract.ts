/** The contract of job cards and their states. */
import {
  actionNotAllowed,
  batchOf,
  defineContract,
  id,
  operation,
  page,
  pageQuery,
  patchOf,
  resource,
  sortBy,
  text,
  z,
} from '../../../index.ts';
import { JOB_CARD_STATES } from './job-card.ts';

const jobCardId = id('jc-1001');
const helpDeskId = id('hd-1');

const details = z.strictObject({
  title: text(200).openapi({ example: 'Have a first look' }),
  notes: text(2000).optional().openapi({ example: 'Not before Monday.' }),
  helpDeskId,
});

export const JobCard = resource(
  'JobCard',
  z
    .object({
      id: jobCardId,
      ...details.shape,
      state: z.enum(JOB_CARD_STATES),
      createdAt: z.iso.datetime({ offset: true }),
    })
    .openapi({ description: 'A job card.' }),
);

export const JobCardPage = page(JobCard);

export const listJobCards = operation({
  operationId: 'listJobCards',
  method: 'get',
  path: '/job-cards',
  summary: 'List job cards',
  description: 'A page of job cards.',
  entry: 'jobCards',
  query: pageQuery.extend({
    id: batchOf('getJobCard', jobCardId),
    helpDeskId: helpDeskId.optional().openapi({ description: 'Only job cards of this help desk.' }),
    state: z.enum(JOB_CARD_STATES).optional().openapi({ description: 'Only job cards in this state.' }),
    sort: sortBy('createdAt', 'title'),
  }),
  responses: {
    200: {
      description: 'A page of job cards, the oldest first unless `sort` says otherwise.',
      body: JobCardPage,
      links: { create: { operationId: 'createJobCard', description: 'Create a job card.' } },
    },
  },
});

export const createJobCard = operation({
  operationId: 'createJobCard',
  method: 'post',
  path: '/job-cards',
  summary: 'Create a job card',
  description: 'Adds a job card.',
  body: details,
  responses: { 201: { description: 'The new job card.', body: JobCard } },
});

export const getJobCard = operation({
  operationId: 'getJobCard',
  method: 'get',
  path: '/job-cards/{jobCardId}',
  summary: 'Get a job card',
  description: 'A job card with links to the actions that its state allows.',
  params: z.object({ jobCardId }),
  responses: {
    200: {
      description: 'The job card, with the actions that its state allows.',
      body: JobCard,
      links: {
        self: { operationId: 'getJobCard', parameters: { jobCardId: '$response.body#/id' } },
        helpDesk: { operationId: 'getHelpDesk', parameters: { deskKey: '$response.body#/helpDeskId' } },
        edit: { operationId: 'updateJobCard', parameters: { jobCardId: '$response.body#/id' } },
        close: { operationId: 'closeJobCard', parameters: { jobCardId: '$response.body#/id' } },
        reopen: { operationId: 'reopenJobCard', parameters: { jobCardId: '$response.body#/id' } },
      },
    },
  },
});

export const updateJobCard = operation({
  operationId: 'updateJobCard',
  method: 'patch',
  path: '/job-cards/{jobCardId}',
  summary: 'Update a job card',
  description: 'Changes the details of a job card. The notes can be removed.',
  params: z.object({ jobCardId }),
  body: patchOf(details, {
    merge: { title: 'Have a second look' },
    operations: [{ op: 'replace', path: '/title', value: 'Have a second look' }],
  }),
  responses: { 200: { description: 'The job card, updated.', body: JobCard } },
});

export const closeJobCard = operation({
  operationId: 'closeJobCard',
  method: 'post',
  path: '/job-cards/{jobCardId}/close',
  summary: 'Close a job card',
  description: 'Closes a job card that is open.',
  params: z.object({ jobCardId: id('jc-1002') }),
  responses: { 200: { description: 'The job card, closed.', body: JobCard } },
  problems: [actionNotAllowed],
});

export const reopenJobCard = operation({
  operationId: 'reopenJobCard',
  method: 'post',
  path: '/job-cards/{jobCardId}/reopen',
  summary: 'Reopen a job card',
  description: 'Opens a job card that is closed.',
  params: z.object({ jobCardId: id('jc-1003') }),
  responses: { 200: { description: 'The job card, open again.', body: JobCard } },
  problems: [actionNotAllowed],
});

export const contract = defineContract({
  service: 'job-cards',
  title: 'Job cards',
  description: 'Job cards and their states.',
  version: '1.0.0',
  operations: [listJobCards, createJobCard, getJobCard, updateJobCard, closeJobCard, reopenJobCard],
});
