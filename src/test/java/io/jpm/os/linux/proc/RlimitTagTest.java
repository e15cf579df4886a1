package io.jpm.os.linux.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Which processes belong to a tree according to its rlimit tag.
class RlimitTagTest {
  private static final RlimitTag MARK = RlimitTag.of("/home/x/.jpm:1-1763800000000:7");

  private static long of(String tag) {
    return RlimitTag.of(tag).number();
  }

  @Test
  void tagsOfThisAndEarlierGenerationsAreOwned() {
    assertThat(MARK.owns(of("/home/x/.jpm:1-1763800000000:7"))).isTrue();
    assertThat(MARK.owns(of("/home/x/.jpm:1-1763800000000:6"))).isTrue();
    assertThat(MARK.owns(of("/home/x/.jpm:1-1763800000000:8"))).isFalse();
  }

  @Test
  void tagsOfOtherInstancesOrHomesAreNotOwned() {
    assertThat(MARK.owns(of("/home/x/.jpm:11-1763800000000:7"))).isFalse();
    assertThat(MARK.owns(of("/home/x/.jpm:1-1763800000001:7"))).isFalse();
    assertThat(MARK.owns(of("/home/y/.jpm:1-1763800000000:7"))).isFalse();
  }

  @Test
  void ordinaryLimitIsNotATag() {
    for (long limit : new long[] {-1, 0, 1024, Long.MAX_VALUE, RlimitTag.NONE}) {
      assertThat(MARK.owns(limit)).isFalse();
    }
  }

  @Test
  void tagsOfDifferentInstancesDoNotCollide() {
    Set<Long> instances = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      instances.add(of("/home/x/.jpm:" + i + "-1763800000000:1") >>> 24);
    }
    assertThat(instances).hasSize(10_000);
  }
}
