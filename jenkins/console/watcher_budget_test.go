package console_test

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	go c.wire.add(c.at, n) // the reader may hold the lock: gzip reads its header in RoundTrip
	return n, err
}
