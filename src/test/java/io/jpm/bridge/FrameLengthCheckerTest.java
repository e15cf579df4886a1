package io.jpm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bridge.FrameLengthChecker.Verdict;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class FrameLengthCheckerTest {
  @Test
  void lastBoundaryDoesNotDependOnHowTheStreamIsSplit() {
    byte[] stream = Peer.concat(Peer.frame(new byte[3]), Peer.frame(new byte[1]));
    for (int cut = 0; cut <= stream.length; cut++) {
      var lengths = new FrameLengthChecker(3);
      Buffer whole = Buffer.buffer(stream);
      lengths.check(whole.getBuffer(0, cut));
      assertThat(lengths.atBoundary()).isEqualTo(cut == 0 || cut == 7 || cut == stream.length);
      assertThat(lengths.check(whole.getBuffer(cut, stream.length)))
          .isEqualTo(new Verdict.Valid(stream.length - cut));
    }
  }

  @Test
  void theInsideOfAFrameHasNoBoundary() {
    var lengths = new FrameLengthChecker(100);
    assertThat(lengths.check(Buffer.buffer(Peer.length(100)))).isEqualTo(new Verdict.Valid(0));
    assertThat(lengths.check(Buffer.buffer(new byte[99]))).isEqualTo(new Verdict.Valid(-1));
    assertThat(lengths.check(Buffer.buffer(new byte[1]))).isEqualTo(new Verdict.Valid(1));
  }

  @Test
  void lengthOutsideTheLimitsIsRefused() {
    for (int length : new int[] {0, -1, 101, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      assertThat(new FrameLengthChecker(100).check(Buffer.buffer(Peer.length(length))))
          .isEqualTo(new Verdict.Invalid(length));
    }
  }
}
