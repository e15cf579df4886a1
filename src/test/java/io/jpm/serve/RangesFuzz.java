package io.jpm.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jpm.testing.CpuTimeBound;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Fuzzes [ByteRange#of]: a range lies within the file and corresponds to the header, checked with
/// numbers of any length. The first eight bytes are the size of the file, the rest is the header.
class RangesFuzz {
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");

  @FuzzTest
  void headers(byte[] data) {
    if (data.length < Long.BYTES) {
      return;
    }
    long size = ByteBuffer.wrap(data).getLong() & Long.MAX_VALUE;
    String header =
        new String(data, Long.BYTES, data.length - Long.BYTES, StandardCharsets.ISO_8859_1);
    Optional<ByteRange> range =
        CpuTimeBound.proportionalTo(data.length, () -> ByteRange.of(header, size));
    if (range.isEmpty()) {
      return;
    }
    long offset = range.get().offset();
    long length = range.get().length();
    String[] asked = header.strip().substring("bytes=".length()).split("-", -1);
    assertThat(asked).hasSize(2);
    if (length == 0) {
      assertThat(range.get().of(size)).isEqualTo("bytes */" + size);
      BigInteger edge = new BigInteger(asked[0].isEmpty() ? asked[1] : asked[0]);
      if (asked[0].isEmpty()) {
        assertThat(edge.signum() == 0 || size == 0).isTrue();
      } else {
        assertThat(edge).isGreaterThanOrEqualTo(BigInteger.valueOf(size));
      }
      return;
    }
    assertThat(offset).isNotNegative();
    assertThat(length).isPositive();
    assertThat(offset).isLessThanOrEqualTo(size - length);
    Matcher told = CONTENT_RANGE.matcher(range.get().of(size));
    assertThat(told.matches()).isTrue();
    assertThat(told.group(3)).isEqualTo(Long.toString(size));
    BigInteger first = new BigInteger(told.group(1));
    BigInteger last = new BigInteger(told.group(2));
    BigInteger end = BigInteger.valueOf(size - 1);
    if (asked[0].isEmpty()) {
      assertThat(last).isEqualTo(end);
      assertThat(last.subtract(first).add(BigInteger.ONE))
          .isEqualTo(new BigInteger(asked[1]).min(BigInteger.valueOf(size)));
    } else {
      assertThat(first).isEqualTo(new BigInteger(asked[0]));
      assertThat(last).isEqualTo(asked[1].isEmpty() ? end : new BigInteger(asked[1]).min(end));
    }
  }
}
