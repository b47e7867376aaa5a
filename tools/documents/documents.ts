import { join } from 'node:path';
import { deliveryDocument } from '../../api/delivery/openapi';
import { restaurantDocument } from '../../api/restaurant/openapi';
import { userDocument } from '../../api/user/openapi';
import { projectRoot } from '../stack/instance';
import { asyncApiDocument } from './asyncapi';

/** The documents that are kept in the repository, by their files. */
export const documents: { file: string; content: () => string }[] = [
  { file: 'docs/openapi/user.json', content: () => asText(userDocument()) },
  { file: 'docs/openapi/restaurant.json', content: () => asText(restaurantDocument()) },
  { file: 'docs/openapi/delivery.json', content: () => asText(deliveryDocument()) },
  { file: 'docs/asyncapi.json', content: () => asText(asyncApiDocument()) },
];

export const pathOf = (file: string): string => join(projectRoot, file);

const asText = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;
