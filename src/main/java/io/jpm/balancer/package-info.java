/// How the instances of an app come to share what they listen on. Start with
/// [io.jpm.balancer.ClusterBalancerVerticle], which chooses a way for each app and keeps who
/// belongs to it; the ways themselves are sub-packages that implement
/// [io.jpm.balancer.mode.BalancerBackend]. The room knows `model`, `os` and `bus`; it makes and
/// ends no process.
@NullMarked
package io.jpm.balancer;

import org.jspecify.annotations.NullMarked;
