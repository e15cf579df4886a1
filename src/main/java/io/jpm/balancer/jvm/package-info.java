/// Balances Java processes whose servers are unchanged: they inherit sockets that are not bound
/// yet, and a Java agent (`src/agent`) puts these below the servers that the app binds. Start with
/// [JvmBackend]. The package depends on `model`, `os`, `bus` and `balancer.mode`.
@NullMarked
package io.jpm.balancer.jvm;

import org.jspecify.annotations.NullMarked;
