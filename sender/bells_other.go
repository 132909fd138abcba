//go:build !unix

package sender

import "errors"

func ringBell(string) bool { return false }

func (b *bells) listen() (*bell, error) { return nil, errors.ErrUnsupported }
