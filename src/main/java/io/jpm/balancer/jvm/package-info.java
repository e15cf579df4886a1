/// Balances Java processes without changing their servers. The processes inherit sockets that are
/// not bound yet, and a Java agent (`src/agent`) makes the servers that the app binds use them.
/// Start with [JvmBackend]. The package depends on `model`, `os`, `bus` and `balancer.mode`.
@NullMarked
package io.jpm.balancer.jvm;

import org.jspecify.annotations.NullMarked;
