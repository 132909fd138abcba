//go:build !unix

package sender

import "errors"

func ringBell(string) error { return errors.ErrUnsupported }

func (b *bells) listen() (*bell, error) { return nil, errors.ErrUnsupported }
