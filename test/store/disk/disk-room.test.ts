import { cacheRoomContract } from '../contract/room.js';
import { roomOnDisk } from './room-on-disk.js';

cacheRoomContract('the room of a folder on disk', roomOnDisk);
