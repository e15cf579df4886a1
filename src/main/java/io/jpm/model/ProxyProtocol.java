package io.jpm.model;

/// The versions of HAProxy's PROXY protocol header, with which the proxy passes the client's
/// address to an instance before the first byte (`proxy_protocol` in a process file).
public enum ProxyProtocol {
  /// No header.
  NONE("off"),
  /// A line of text.
  V1("v1"),
  /// A binary header.
  V2("v2");

  private final String word;

  ProxyProtocol(String word) {
    this.word = word;
  }

  /// Returns the spelling in process files.
  public String keyword() {
    return word;
  }
}
