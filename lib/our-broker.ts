import { ourAppId } from '../contracts/names';
import { openBroker, type Broker, type BrokerOptions } from './broker/broker';
import { declareTopology } from './topology';

/** Connects as one of our own programs, with all queues declared. Throws StartLimitError. */
export const openOurBroker = (options: Omit<BrokerOptions, 'appId' | 'topology'>): Promise<Broker> =>
  openBroker({ ...options, appId: ourAppId, topology: declareTopology });
