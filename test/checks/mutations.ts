import { codeMutations } from './code-mutations';
import type { Mutation } from './planting';
import { registrationMutations } from './registration-mutations';

/** Every kind of error that is planted; each is for one rule. */
export const mutations: readonly Mutation[] = [...codeMutations, ...registrationMutations];
