package io.jpm.balancer.proxy;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Always selects the same instance for a client address, by rendezvous hashing: each pair of
/// client and instance has a hash, and the instance with the greatest hash is selected. When an
/// instance terminates, only its own clients move to other instances.
final class IpHashSelector implements BalancingStrategy {
  @Override
  public <C extends BackendLoad> Optional<C> next(
      List<C> ready, Predicate<? super C> usable, byte[] client, long now) {
    long seed = hash(client);
    C best = null;
    long most = 0;
    for (C one : ready) {
      long number = mixed(seed ^ mixed(one.slot() + 1));
      // During a reload, an instance has two processes. The later one in the list is the newer one.
      if ((best == null || number >= most) && usable.test(one)) {
        best = one;
        most = number;
      }
    }
    return Optional.ofNullable(best);
  }

  private static long hash(byte[] bytes) {
    long hash = 0xcbf29ce484222325L;
    for (byte one : bytes) {
      hash = (hash ^ (one & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  /// The finalizer of SplitMix64: each bit of the result depends on all bits of `value`.
  private static long mixed(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
