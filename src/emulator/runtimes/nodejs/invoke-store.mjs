// What nodejs24.x and later offer as `awslambda.InvokeStore`: facts of the running invocation for libraries, and a place for theirs.

/** The keys that AWS's package (lambda-invoke-store) guards. */
const guarded = {
  REQUEST_ID: Symbol.for("_AWS_LAMBDA_REQUEST_ID"),
  X_RAY_TRACE_ID: Symbol.for("_AWS_LAMBDA_X_RAY_TRACE_ID"),
  TENANT_ID: Symbol.for("_AWS_LAMBDA_TENANT_ID"),
};

/** The store of this process: there is one invocation at a time. */
export function createInvokeStore() {
  let context;
  return {
    getContext: () => context,
    hasContext: () => context !== undefined,
    get: (key) => context?.[key],
    set(key, value) {
      if (Object.values(guarded).includes(key)) {
        throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
      }
      context = { ...context, [key]: value };
    },
    run(value, act) {
      context = value;
      return act();
    },
    getRequestId: () => context?.[guarded.REQUEST_ID] ?? "-",
    getXRayTraceId: () => context?.[guarded.X_RAY_TRACE_ID],
    getTenantId: () => context?.[guarded.TENANT_ID],
    /** Begins an invocation. */
    enter({ requestId, traceId, tenantId }) {
      context = { [guarded.REQUEST_ID]: requestId, [guarded.X_RAY_TRACE_ID]: traceId, [guarded.TENANT_ID]: tenantId };
    },
  };
}
