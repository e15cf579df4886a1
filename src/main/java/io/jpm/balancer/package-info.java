/// Distributes the connections of an app over its instances. Start with
/// [io.jpm.balancer.ClusterBalancerVerticle], which selects a balancing mode for each app and keeps
/// track of its processes. Each mode is a sub-package that implements
/// [io.jpm.balancer.mode.BalancerBackend]. The component depends on `model`, `os` and `bus`. It
/// does not start or stop processes.
@NullMarked
package io.jpm.balancer;

import org.jspecify.annotations.NullMarked;
