package io.jpm.balancer;

import io.jpm.os.ProcessHost;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/// The external dependencies of ClusterBalancer.
///
/// @param host the operating system
/// @param root the installation directory, which contains `lib/`
/// @param nanoTime the monotonic clock
public record BalancerContext(ProcessHost host, Path root, LongSupplier nanoTime) {
  /// Returns the script that Node processes load before the app.
  public Path nodePreload() {
    return root.resolve("lib/node-worker.cjs");
  }

  /// Returns the directory of the Python module for fork mode. With this module, the replacement of
  /// a Python process can listen on the same port while the old process is still running.
  public Path pythonPreload() {
    return root.resolve("lib/python");
  }

  /// Returns the jar of the Java agent.
  public Path agent() {
    return root.resolve("target/dist/lib/agent/jpm-agent.jar");
  }
}
