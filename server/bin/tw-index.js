#!/usr/bin/env node
'use strict';
require('../dist/tw-index.js');
