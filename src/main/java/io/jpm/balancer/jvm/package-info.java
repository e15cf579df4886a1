/// Sharing among Java processes whose servers know nothing of it: they inherit sockets that are not
/// bound yet, and a Java agent (`src/agent`) puts these under the servers that the app binds.
/// [JvmBackend] is where to begin. Knows the model, os, bus and `balancer.way`.
@NullMarked
package io.jpm.balancer.jvm;

import org.jspecify.annotations.NullMarked;
