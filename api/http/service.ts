import type { Route } from './route';

/** A service's HTTP interface, as a whole. */
export interface Service<Deps> {
  title: string;
  description: string;
  groups: readonly RouteGroup<Deps>[];
}

/** Routes about one thing; a tag in the documents. */
export interface RouteGroup<Deps> {
  tag: string;
  description: string;
  routes: readonly Route<Deps>[];
}
