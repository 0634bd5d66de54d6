/** A subscription listens to one field. Where a condition takes it away none is left, and graphql-js breaks. */
import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';

export const unconditionalField = (context: ValidationContext): ASTVisitor => ({
  Directive: (node) => {
    if (context.getParentType() !== context.getSchema().getSubscriptionType()) return;
    const message = `@${node.name.value}: what a subscription listens to takes no condition`;
    context.reportError(new GraphQLError(message, { nodes: node }));
  },
});
