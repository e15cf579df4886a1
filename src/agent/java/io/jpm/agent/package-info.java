/// The Java agent, which lets the servers of several Java processes share a port. `-javaagent`
/// loads it into each process of an app, in a class loader of its own. Start with [AgentInstaller].
/// The agent changes five classes of the JDK ([SocketClassTransformer]):
///
/// - When a server is bound to its address, it uses one of the sockets that the process has
///   inherited ([SharedSocketBinder]).
/// - While the process drains, it accepts no connections and tells HTTP clients not to reuse their
///   connections ([DrainInterceptor]).
/// - If jpm probes the app, each server has a private socket for probes ([ProbedListener]).
///
/// Runs on Java 17 or newer and does not depend on jpm's other packages.
@NullMarked
package io.jpm.agent;

import org.jspecify.annotations.NullMarked;
