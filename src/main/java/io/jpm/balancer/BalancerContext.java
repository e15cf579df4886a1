package io.jpm.balancer;

import io.jpm.os.ProcessHost;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/// What ClusterBalancer needs from outside.
///
/// @param host the operating system
/// @param root the installation's folder, which has `lib/`
/// @param nanoTime the monotonic clock
public record BalancerContext(ProcessHost host, Path root, LongSupplier nanoTime) {
  /// What each Node process in cluster mode loads.
  public Path nodePreload() {
    return root.resolve("lib/node-worker.cjs");
  }

  /// What a Python process in fork mode loads that takes the place of another one: a folder.
  public Path pythonPreload() {
    return root.resolve("lib/python");
  }

  /// What each JVM in cluster mode loads.
  public Path agent() {
    return root.resolve("target/dist/lib/agent/jpm-agent.jar");
  }
}
