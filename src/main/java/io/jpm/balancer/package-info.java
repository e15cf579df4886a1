/// Balances the connections of an app over its instances. Start with
/// [io.jpm.balancer.ClusterBalancerVerticle], which selects a balancing mode for each app and
/// records its processes. The modes are sub-packages that implement
/// [io.jpm.balancer.mode.BalancerBackend]. The component depends on `model`, `os` and `bus`; it
/// starts and ends no process.
@NullMarked
package io.jpm.balancer;

import org.jspecify.annotations.NullMarked;
