package io.jpm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bridge.FrameLengths.Verdict;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class FrameLengthsTest {
  @Test
  void findsTheLastBoundaryHoweverTheStreamIsCut() {
    byte[] stream = Peer.concat(Peer.frame(new byte[3]), Peer.frame(new byte[1]));
    for (int cut = 0; cut <= stream.length; cut++) {
      var lengths = new FrameLengths(3);
      Buffer whole = Buffer.buffer(stream);
      lengths.follow(whole.getBuffer(0, cut));
      assertThat(lengths.atBoundary()).isEqualTo(cut == 0 || cut == 7 || cut == stream.length);
      assertThat(lengths.follow(whole.getBuffer(cut, stream.length)))
          .isEqualTo(new Verdict.Fine(stream.length - cut));
    }
  }

  @Test
  void theInsideOfAFrameHasNoBoundary() {
    var lengths = new FrameLengths(100);
    assertThat(lengths.follow(Buffer.buffer(Peer.length(100)))).isEqualTo(new Verdict.Fine(0));
    assertThat(lengths.follow(Buffer.buffer(new byte[99]))).isEqualTo(new Verdict.Fine(-1));
    assertThat(lengths.follow(Buffer.buffer(new byte[1]))).isEqualTo(new Verdict.Fine(1));
  }

  @Test
  void refusesWhatIsOutsideTheLimit() {
    for (int length : new int[] {0, -1, 101, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      assertThat(new FrameLengths(100).follow(Buffer.buffer(Peer.length(length))))
          .isEqualTo(new Verdict.Broken(length));
    }
  }
}
