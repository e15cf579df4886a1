/// What makes the servers of several Java processes share a port: loaded into each process of an
/// app by `-javaagent`, behind a class loader of its own. [Entry] is where to begin. It changes
/// five classes of the JDK ([Rewriter]): a server that is bound gets one of the sockets that the
/// process has inherited ([Binding]); while the process drains it accepts nothing and tells HTTP
/// clients not to come back on the same connection ([Draining]); where jpm probes the app, probes
/// have a way in of their own ([Entrance]). Runs from Java 17 on and knows nothing of jpm's other
/// packages.
@NullMarked
package io.jpm.agent;

import org.jspecify.annotations.NullMarked;
