/** Envelopes and forms around the named messages. */
import type { JsonObject } from '../../protocol/envelope/json.js';
import type { Endpoint } from '../../messages/endpoints.js';
import { ANSWER_MESSAGES } from './answers.js';
import { nameOf, ref } from './schemas.js';

const text = { type: 'string' };
const signature = {
  type: 'string',
  description: 'The signature text over header and message: see “Signing” above.',
};

export const requestEnvelope = ({ kind: { schema } }: Endpoint): string => `${nameOf(schema)}Envelope`;
export const requestForm = (endpoint: Endpoint): string =>
  endpoint.upload === true
    ? `${endpoint.kind.operation === 'BULK_VERIFY' ? 'Verify' : 'Search'}Upload`
    : `${nameOf(endpoint.kind.schema)}Form`;
/** Of what answers it, at once or later. */
export const answerEnvelope = ({ kind: { operation } }: Endpoint): string =>
  `${ANSWER_MESSAGES[operation] ?? ''}Envelope`;

/** Every envelope and form that the endpoints take and give, by name. */
export function envelopeSchemas(endpoints: Endpoint[]): JsonObject {
  const requests = endpoints.filter(({ upload }) => upload !== true);
  const answered = endpoints.filter(({ mode }) => mode !== 'INBOUND');
  const forms = endpoints.filter(({ jsonOnly }) => jsonOnly !== true);
  return Object.fromEntries([
    ...requests.map((endpoint) => [requestEnvelope(endpoint), requestEnvelopeSchema(endpoint)]),
    ...answered.map(({ kind, ...endpoint }) => {
      const message = ANSWER_MESSAGES[kind.operation] ?? '';
      return [answerEnvelope({ kind, ...endpoint }), envelope(ref('ReplyHeader'), ref(message))];
    }),
    ['NotifyEnvelope', envelope(ref('ReplyHeader'), ref('NotifyRequest'))],
    ...forms.map((endpoint) => [requestForm(endpoint), formSchema(endpoint)]),
  ]) as JsonObject;
}

function requestEnvelopeSchema({ kind, receiver }: Endpoint): JsonObject {
  const header = {
    allOf: [
      ref(receiver ? 'CallbackHeader' : 'RequestHeader'),
      { type: 'object', properties: { action: { const: kind.action } } },
    ],
  };
  return envelope(header, ref(nameOf(kind.schema)), kind.bare === undefined ? ['message'] : []);
}

const envelope = (header: JsonObject, message: JsonObject, required = ['message']): JsonObject => ({
  type: 'object',
  required: ['header', ...required],
  properties: { signature, header, message: { anyOf: [message, ref('EncryptedMessage')] } },
});

/** FileInfo (protocol 1.3); of an upload, whose file may hold rows instead of an envelope, the fields that take its header's place. */
function formSchema({ kind, upload = false }: Endpoint): JsonObject {
  const rows = { sender_uri: text, transaction_id: text, message_id: text };
  return {
    type: 'object',
    required: ['action', 'fileName'],
    properties: {
      action: { const: kind.action },
      fileFormat: { enum: upload ? ['json', 'csv'] : ['json'], default: 'json' },
      ...(upload ? rows : {}),
      fileName: {
        type: 'string',
        contentMediaType: 'application/octet-stream',
        description: upload
          ? 'The file: a signed envelope (json), or rows `identifier_type,identifier_value[,claims…]` (csv).'
          : 'The file: signature, header and message.',
      },
    },
  };
}
