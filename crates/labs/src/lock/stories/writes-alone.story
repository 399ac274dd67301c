story writes-alone
title
  en: What a token on writes alone does not stop
  zh: 只给写请求带令牌，拦不住什么
run lock:ttl-fenced;r1;s1;clients=2;increments=0;ttl_us=2000000;work_us=1000000;fencing=writes

step
  until time >= 20ms
  do do.c1.increment
  until c1.phase = working
  do pause.c1
  do do.c2.increment
  until c2.phase = working
  claim n1.highest_token = 0
  spot c1 c2
  en: Here the token goes along with writes alone. c1 has read 0 and stands still. Its lease is over, and c2, with 34, has
    read 0 too. The resource has seen no token yet.
  zh: 这里只有写请求携带令牌。c1 读到 0 后停住，租约到期；c2 带着 34 也读到了 0。资源还没有见过任何令牌。
  ask
    en: c1 wakes before c2 writes. What becomes of its write with 33?
    zh: c1 在 c2 写之前醒来。它带着 33 的写入会怎样？
    wrong
      en: It is refused: 34 was granted
      zh: 被拒绝：34 已经授予出去了
      why
        en: The resource knows only what it has seen, and nobody has shown it 34.
        zh: 资源只知道自己见过的令牌，而还没有谁给它看过 34。
    right
      en: It is accepted, and c2 writes over it
      zh: 被接受，随后被 c2 覆盖
      why
        en: A token fences off lower ones only once it has reached the resource.
        zh: 令牌只有到达资源之后，才能挡住比它小的令牌。

step
  do resume.c1
  until note "accepted" at n1
  claim n1.counter = 1
  claim n1.highest_token = 33
  spot n1
  en: c1's write comes first, and is accepted.
  zh: c1 的写入先到，被接受了。

step
  until broken no-lost-increment
  claim n1.acknowledged = 2
  claim n1.counter = 1
  spot n1 c2
  en: c2 adds one to the 0 that it read. One increment is lost. If the read carries the token too, c1's write is
    refused, for the resource has seen 34; that is how the variant is set unless told otherwise.
  zh: c2 在自己读到的 0 上加一，丢了一次。若读请求也带令牌，资源就已见过 34，会拒绝 c1 的写入；这正是该变体的默认设置。
